package org.pinion.spi.memory;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names a classifier: {@code @ClassifierName("vma")} on the component is at once the service property
 * {@value #PROPERTY} and the bundle's capability of the same namespace.
 *
 * <p>The capability is there for who puts bundles together ({@code effective:=active}); no framework wires anybody to
 * it, so that whoever requires it goes on when the bundle is replaced.
 */
@ComponentPropertyType
@Capability(namespace = ClassifierName.PROPERTY, version = "1.0.0", effective = "active")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface ClassifierName {

    /** The prefix of the service property. */
    String PREFIX_ = "org.pinion.";

    /** The service property and the capability's namespace. */
    String PROPERTY = "org.pinion.classifier.name";

    /** {@return the name that signs the classifier's traits, such as {@code vma}} */
    @Attribute(PROPERTY)
    String value();
}
