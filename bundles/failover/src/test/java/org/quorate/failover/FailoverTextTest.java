package org.quorate.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.FailoverDetail;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Phase;
import org.quorate.spi.failover.FailoverRecord.Rebalance;
import org.quorate.spi.failover.FailoverRecord.Slice;
import org.quorate.spi.failover.FailoverRecord.Takeover;
import org.quorate.spi.failover.ShardState;
import org.w3c.dom.Document;

/** The outputs of gcadmin, of which golden files have every character. */
class FailoverTextTest {
  private static final ZoneId UTC = ZoneOffset.UTC;
  private static final long CREATED =
      LocalDateTime.of(2016, 10, 19, 10, 11, 14).toInstant(ZoneOffset.UTC).toEpochMilli();
  private static final Owner ORIGIN = new Owner("n1", "192.168.153.130", 1001);
  private static final FailoverRecord REBALANCE =
      new FailoverRecord(
          1,
          "test",
          "t1",
          1,
          "rebalance",
          CREATED,
          5,
          ORIGIN,
          Takeover.NONE,
          List.of(),
          Map.of(),
          new Rebalance(1, 10, 3, "tmpt1"),
          List.of(new Slice("node1", "n1", 10, 1, 5), new Slice("node2", "n2", 0, 0, 5)));
  private static final FailoverRecord DDL =
      new FailoverRecord(
          2,
          "test",
          "t1",
          7,
          "ddl",
          CREATED,
          3,
          ORIGIN,
          new Takeover(new Owner("n2", "192.168.153.131", 1002), 2, Phase.RUNNING, 2, 0, ""),
          List.of(),
          Map.of("node2.n1", ShardState.INIT, "node1.n1", ShardState.COMMITTED),
          null,
          List.of());

  @Test
  void theTableIsThatOfGcadmin() throws IOException {
    assertEquals(golden("show.txt"), FailoverText.table(List.of(REBALANCE, DDL), UTC));
  }

  @Test
  void whereNothingIsThereIsALine() {
    assertEquals(
        "failover:show: no failover information now\n", FailoverText.table(List.of(), UTC));
  }

  @Test
  void theDetailIsThatOfGcadmin() throws Exception {
    Bytes sql = Bytes.utf8("create table t1(a int)");
    String ddl = FailoverText.xml(new FailoverDetail(DDL, sql), UTC);
    assertEquals(golden("ddl.xml"), ddl);
    Bytes text = Bytes.utf8("rebalance <t1> & go");
    String rebalance = FailoverText.xml(new FailoverDetail(REBALANCE, text), UTC);
    assertEquals(golden("rebalance.xml"), rebalance);
    assertEquals("rebalance <t1> & go", content(rebalance).getTextContent());
  }

  @Test
  void everyContentComesThroughXml() throws Exception {
    for (String text : List.of("", "\r\n\t]]>&amp;", "täble 表 \ud83d\ude00")) {
      String xml = FailoverText.xml(new FailoverDetail(DDL, Bytes.utf8(text)), UTC);
      assertEquals(text, content(xml).getTextContent());
      assertEquals(0, content(xml).getAttributes().getLength());
    }
    for (byte[] binary : List.of(new byte[] {0, 1}, new byte[] {(byte) 0xff}, new byte[] {27})) {
      String xml = FailoverText.xml(new FailoverDetail(DDL, Bytes.wrap(binary)), UTC);
      assertEquals("base64", content(xml).getAttributes().getNamedItem("encoding").getNodeValue());
      assertEquals(
          Bytes.wrap(binary),
          Bytes.wrap(Base64.getDecoder().decode(content(xml).getTextContent())));
    }
  }

  private static org.w3c.dom.Node content(String xml) throws Exception {
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    assertEquals(1, document.getElementsByTagName("content").getLength());
    return document.getElementsByTagName("content").item(0);
  }

  private static String golden(String name) throws IOException {
    try (InputStream in = FailoverTextTest.class.getResourceAsStream(name)) {
      assertTrue(in != null, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
