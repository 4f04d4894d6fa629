package dev.cloister.local.xml;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** Elements as text, and documents from outside. */
public final class Xml {
    public static final String DECLARATION = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";

    private Xml() {}

    /** Text as it stands between tags; characters that XML has no place for become question marks. */
    public static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            switch (one) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\r' -> escaped.append("&#13;");
                default -> escaped.append(one < ' ' && one != '\n' && one != '\t' ? '?' : one);
            }
        }
        return escaped.toString();
    }

    /** {@code <name>text</name>}. */
    public static String element(String name, String text) {
        return "<" + name + ">" + escape(text) + "</" + name + ">";
    }

    /** Elements of texts, one after another. */
    public static String elements(Map<String, String> texts) {
        StringBuilder all = new StringBuilder();
        texts.forEach((name, text) -> all.append(element(name, text)));
        return all.toString();
    }

    /** {@code <list><member>…</member>…</list>} of elements that are XML already. */
    public static String members(String list, List<String> members) {
        StringBuilder all = new StringBuilder("<" + list + ">");
        members.forEach(member -> all.append("<member>").append(member).append("</member>"));
        return all.append("</").append(list).append(">").toString();
    }

    /** A document from outside: no document type, so no entity of its own. */
    public static Document parse(byte[] bytes) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature(NO_DOCTYPE, true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(null);
            return builder.parse(new ByteArrayInputStream(bytes));
        } catch (SAXException e) {
            throw new IOException("not well-formed XML", e);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("every Java runtime has an XML parser", e);
        }
    }
}
