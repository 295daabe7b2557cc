package org.pinion.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.osgi.framework.Bundle;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A component, as its description in the bundle tells.
 *
 * @param implementation the name of its class
 * @param provides the names of the services it provides
 * @param properties its properties that have one value
 * @param waitsForConfiguration whether it provides nothing as long as nobody has configured it
 */
record Component(
        String implementation, List<String> provides, Map<String, String> properties, boolean waitsForConfiguration) {

    private static final String HEADER = "Service-Component";

    /** {@return the components that the bundle's manifest names} */
    static List<Component> of(Bundle bundle) throws IOException {
        String header = bundle.getHeaders().get(HEADER);
        List<Component> components = new ArrayList<>();
        for (String path : header == null ? new String[0] : header.split("\\s*,\\s*")) {
            URL entry = bundle.getEntry(path);
            if (entry == null) {
                throw new IOException(HEADER + " names " + path + ", which the bundle does not have");
            }
            components.add(read(path, entry));
        }
        return components;
    }

    private static Component read(String path, URL entry) throws IOException {
        try (InputStream content = entry.openStream()) {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return of(factory.newDocumentBuilder().parse(content));
        } catch (SAXException | ParserConfigurationException wrong) {
            throw new IOException(path + ": " + wrong.getMessage(), wrong);
        }
    }

    private static Component of(Document description) {
        Map<String, String> properties = new HashMap<>();
        elements(description, "property")
                .filter(property -> property.hasAttribute("value"))
                .forEach(property -> properties.put(property.getAttribute("name"), property.getAttribute("value")));
        return new Component(
                elements(description, "implementation")
                        .map(element -> element.getAttribute("class"))
                        .findFirst()
                        .orElse(""),
                elements(description, "provide").map(element -> element.getAttribute("interface")).toList(),
                properties,
                description.getDocumentElement().getAttribute("configuration-policy").equals("require"));
    }

    private static Stream<Element> elements(Document description, String name) {
        NodeList found = description.getElementsByTagName(name);
        return IntStream.range(0, found.getLength())
                .mapToObj(found::item)
                .map(Element.class::cast);
    }
}
