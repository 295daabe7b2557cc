package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Every case of the kernel's own test program is here, or is left out for a reason. */
class CoverageTest {

    private static final int PORTABLE = 213;

    private static List<String> cases() {
        List<String> names = new ArrayList<>();
        for (Class<?> fixture : ReflectionSupport.findAllClassesInPackage("org.pinion.conformance",
                type -> IommufdFixture.class.isAssignableFrom(type), _ -> true)) {
            AnnotationSupport.findAnnotation(fixture, DisplayName.class)
                    .ifPresent(name -> names.addAll(cases(fixture, name.value())));
        }
        return names;
    }

    private static List<String> cases(Class<?> fixture, String name) {
        List<String> prefixes = AnnotationSupport.findAnnotation(fixture, EnumSource.class)
                .map(source -> Arrays.stream(source.value().getEnumConstants())
                        .map(variant -> name + "." + variant + ".").toList())
                .orElse(List.of(name + "."));
        List<String> names = new ArrayList<>();
        for (Method test : AnnotationSupport.findAnnotatedMethods(fixture, Test.class,
                HierarchyTraversalMode.TOP_DOWN)) {
            prefixes.forEach(prefix -> names.add(prefix + test.getAnnotation(DisplayName.class).value()));
        }
        return names;
    }

    @Test
    void everyCaseIsHereOrIsLeftOutForAReason() {
        Set<String> expected = new TreeSet<>(Inventory.all());
        assertThat(expected).hasSize(246);
        expected.removeIf(name -> Inventory.reason(name) != null);
        assertThat(cases()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected).hasSize(PORTABLE);
    }
}
