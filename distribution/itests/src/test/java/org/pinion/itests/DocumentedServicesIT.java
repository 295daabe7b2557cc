package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.inject.Inject;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code bundles/spi/services.md} lists what the shipped bundles register and what they can be configured with. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class DocumentedServicesIT {

    private static final Path PAGE = Pinion.COMMAND.resolveSibling("../bundles/spi/services.md").normalize();
    private static final String OURS = "org.pinion.";
    private static final List<String> OF_THE_FRAMEWORK = List.of("service.", "component.", "osgi.ds.", "objectClass");

    @Inject
    private BundleContext context;

    @Configuration
    public Option[] shipped() {
        return ShippedFramework.options();
    }

    @Test
    public void everyServiceIsInTheTable() throws Exception {
        TreeSet<String> rows = new TreeSet<>();
        for (Bundle bundle : ours()) {
            Stream.ofNullable(bundle.getRegisteredServices())
                    .flatMap(Stream::of)
                    .forEach(service -> rows.add(row(bundle, service)));
        }
        assertThat(table("services")).isEqualTo(String.join("\n", rows));
    }

    @Test
    public void everyPropertyOfAServiceIsExplained() throws Exception {
        TreeSet<String> names = ours().stream()
                .flatMap(bundle -> Stream.ofNullable(bundle.getRegisteredServices()).flatMap(Stream::of))
                .flatMap(service -> names(service).stream())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(table("properties").lines().map(row -> row.split("`")[1])).containsExactlyElementsOf(names);
    }

    @Test
    public void everyConfigurationIsInTheTable() throws Exception {
        List<String> rows = new ArrayList<>();
        for (Bundle bundle : ours()) {
            var found = bundle.findEntries("OSGI-INF/metatype", "*.xml", false);
            for (URL entry : found == null ? List.<URL>of() : Collections.list(found)) {
                rows.addAll(settings(entry));
            }
        }
        assertThat(table("configurations")).isEqualTo(rows.stream().sorted().collect(Collectors.joining("\n")));
    }

    /** The row of a service in the page. */
    static String row(Bundle bundle, ServiceReference<?> service) {
        return "| `%s` | `%s` | %s |".formatted(
                bundle.getSymbolicName().substring(OURS.length()), types(service), properties(service));
    }

    private List<Bundle> ours() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> Objects.toString(bundle.getSymbolicName(), "").startsWith(OURS))
                .toList();
    }

    private static String types(ServiceReference<?> service) {
        return Arrays.stream((String[]) service.getProperty(Constants.OBJECTCLASS))
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .collect(Collectors.joining("`, `"));
    }

    private static String properties(ServiceReference<?> service) {
        String properties = names(service).stream()
                .map(name -> "`" + name + "=" + text(service.getProperty(name)) + "`")
                .collect(Collectors.joining(", "));
        return properties.isEmpty() ? "none" : properties;
    }

    private static List<String> names(ServiceReference<?> service) {
        return Arrays.stream(service.getPropertyKeys())
                .filter(name -> OF_THE_FRAMEWORK.stream().noneMatch(name::startsWith))
                .sorted()
                .toList();
    }

    private static String text(Object value) {
        return switch (value) {
            case Object[] array -> Arrays.stream(array).map(Object::toString).collect(Collectors.joining(","));
            case Collection<?> many -> many.stream().map(Object::toString).collect(Collectors.joining(","));
            default -> value.toString();
        };
    }

    private static List<String> settings(URL entry) throws Exception {
        try (InputStream xml = entry.openStream()) {
            Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml).getDocumentElement();
            Element designate = elements(root, "Designate").getFirst();
            String pid = designate.hasAttribute("pid")
                    ? "`" + designate.getAttribute("pid") + "`"
                    : "`" + designate.getAttribute("factoryPid") + "` (factory)";
            return elements(root, "AD").stream().map(setting -> row(pid, setting)).toList();
        }
    }

    private static String row(String pid, Element setting) {
        String standard = setting.hasAttribute("default") ? "`" + setting.getAttribute("default") + "`" : "none";
        return "| %s | `%s` | %s | %s | %s |".formatted(pid, setting.getAttribute("id"), setting.getAttribute("type"),
                standard, setting.getAttribute("description"));
    }

    private static List<Element> elements(Element root, String name) {
        NodeList nodes = root.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
    }

    /** The rows between a heading of the page and the next, without the two that head the table. */
    static String table(String heading) throws Exception {
        String after = Files.readString(PAGE).split("\n## " + heading + "\n", 2)[1];
        return after.split("\n## ", 2)[0].lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .collect(Collectors.joining("\n"));
    }
}
