package org.pinion.spi.source;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * Names a source: {@code @SourceType("qemu")} on the component is at once the service property {@value #PROPERTY} and
 * the bundle's capability of the same namespace.
 *
 * <p>The capability is there for who puts bundles together ({@code effective:=active}); no framework wires anybody to
 * it, so that whoever requires it goes on when the bundle is replaced.
 */
@ComponentPropertyType
@Capability(namespace = SourceType.PROPERTY, version = "1.0.0", effective = "active")
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface SourceType {

    /** The prefix of the service property. */
    String PREFIX_ = "org.pinion.";

    /** The service property and the capability's namespace. */
    String PROPERTY = "org.pinion.source.type";

    /** {@return the name that applications ask for, such as {@code qemu}} */
    @Attribute(PROPERTY)
    String value();
}
