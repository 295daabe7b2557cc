package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.spi.backend.BackendSession;

/** What rules quote stands in the Javadoc that they name. */
class QuotedJavadocTest {

    static List<Method> rules() throws IOException, URISyntaxException {
        return tests().filter(method -> method.isAnnotationPresent(Rule.class)).toList();
    }

    private static Stream<Method> tests() throws IOException, URISyntaxException {
        Path classes = Path.of(Rule.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (Stream<Path> files = Files.list(classes.resolve("org/pinion/testkit"))) {
            return files.map(file -> file.getFileName().toString().replace(".class", ""))
                    .sorted()
                    .toList()
                    .stream()
                    .flatMap(QuotedJavadocTest::methods);
        }
    }

    private static Stream<Method> methods(String type) {
        try {
            return Arrays.stream(Class.forName("org.pinion.testkit." + type).getDeclaredMethods());
        } catch (ClassNotFoundException notOurs) {
            throw new AssertionError(notOurs);
        }
    }

    @Test
    void thereAreManyRules() throws Exception {
        assertThat(rules()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void whatARuleQuotesStandsInTheJavadoc(Method method) throws IOException {
        Rule rule = method.getAnnotation(Rule.class);
        Pattern quoted = Pattern.compile(Arrays.stream(rule.says().split(" ?… ?"))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")));
        assertThat(about(rule))
                .as(RuleNames.quote(rule))
                .anySatisfy(paragraph -> assertThat(paragraph).containsPattern(quoted));
    }

    private static List<String> about(Rule rule) throws IOException {
        return rule.of() == void.class
                ? List.of(Javadoc.ofPackage(rule.in()))
                : Javadoc.of(rule.of()).about(rule.in());
    }

    @Test
    void everyTestOfAContractIsARule() throws Exception {
        assertThat(tests().filter(method -> method.isAnnotationPresent(Test.class))).isEmpty();
    }

    @Test
    void aQuoteThatStandsElsewhereIsNotFound() throws IOException {
        Javadoc session = Javadoc.of(BackendSession.class);
        assertThat(session.about("unmap")).anyMatch(text -> text.startsWith("Removes a mapping that"));
        assertThat(session.about("map")).isNotEmpty().noneMatch(text -> text.contains("Removes a mapping"));
        assertThat(session.about("")).hasSize(1).noneMatch(text -> text.contains("Removes a mapping"));
    }
}
