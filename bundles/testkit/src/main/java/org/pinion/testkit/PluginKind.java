package org.pinion.testkit;

import java.util.Locale;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.memory.ClassifierName;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.PolicyName;
import org.pinion.spi.source.MemorySource;
import org.pinion.spi.source.SourceType;

/** What a plugin can be: the service it provides, and the property and capability that name it. */
enum PluginKind {
    BACKEND(IommuBackend.class, BackendType.PROPERTY),
    CLASSIFIER(MemoryClassifier.class, ClassifierName.PROPERTY),
    POLICY(MappingPolicy.class, PolicyName.PROPERTY),
    SOURCE(MemorySource.class, SourceType.PROPERTY);

    private final Class<?> service;
    private final String namespace;

    PluginKind(Class<?> service, String namespace) {
        this.service = service;
        this.namespace = namespace;
    }

    String service() {
        return service.getName();
    }

    /** {@return how {@code pinion plugins} calls it} */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String namespace() {
        return namespace;
    }
}
