package org.pinion.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.RuntimeInvisibleAnnotationsAttribute;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Authors implement what is in the spi, and nobody else: so it may grow by default methods alone. */
class SpiTypesIT {

    private static final String CONSUMER = "Lorg/osgi/annotation/versioning/ConsumerType;";
    private static final String PROVIDER = "Lorg/osgi/annotation/versioning/ProviderType;";

    static List<ClassModel> interfaces() throws IOException {
        List<ClassModel> found = new ArrayList<>();
        try (JarFile spi = new JarFile(Shipped.jar("org.pinion.spi").toFile())) {
            for (JarEntry entry : spi.stream().filter(SpiTypesIT::isType).toList()) {
                try (InputStream bytes = spi.getInputStream(entry)) {
                    ClassModel model = ClassFile.of().parse(bytes.readAllBytes());
                    if (model.flags().has(AccessFlag.INTERFACE) && !model.flags().has(AccessFlag.ANNOTATION)) {
                        found.add(model);
                    }
                }
            }
        }
        return found;
    }

    private static boolean isType(JarEntry entry) {
        return entry.getName().endsWith(".class") && !entry.getName().endsWith("package-info.class");
    }

    @Test
    void thereAreSome() throws IOException {
        assertThat(interfaces()).hasSizeGreaterThanOrEqualTo(7);
    }

    @ParameterizedTest
    @MethodSource("interfaces")
    void anInterfaceSaysThatAuthorsImplementIt(ClassModel type) {
        assertThat(annotations(type)).as(type.thisClass().asInternalName()).contains(CONSUMER).doesNotContain(PROVIDER);
    }

    private static List<String> annotations(ClassModel type) {
        return type.findAttribute(Attributes.runtimeInvisibleAnnotations()).stream()
                .map(RuntimeInvisibleAnnotationsAttribute::annotations)
                .flatMap(List<Annotation>::stream)
                .map(annotation -> annotation.className().stringValue())
                .toList();
    }
}
