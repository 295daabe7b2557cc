package org.pinion.core;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of PID {@code org.pinion.core}. */
@ObjectClassDefinition(name = "Pinion core", description = "How long the core waits for plugins and for writers")
@interface CoreConfiguration {

    /** {@return how long one call of a plugin may take, milliseconds} */
    @AttributeDefinition(
            name = "Plugin budget",
            description = "Milliseconds that one call of a classifier or policy, or one of a backend that does not wait"
                    + " for the kernel, may take before it counts as failed",
            min = "1")
    long plugin_budget() default Settings.PLUGIN_BUDGET;

    /** {@return how long a source may take to read, milliseconds} */
    @AttributeDefinition(
            name = "Source budget",
            description = "Milliseconds that a source may take to read before it counts as failed",
            min = "1")
    long source_budget() default Settings.SOURCE_BUDGET;

    /** {@return how long a change waits for another change of the same space, milliseconds} */
    @AttributeDefinition(
            name = "Writer wait",
            description = "Milliseconds that a change waits for another change of the same space to end",
            min = "1")
    long writer_wait() default Settings.WRITER_WAIT;

    /** {@return how long a change waits for a bundle that is being replaced, milliseconds} */
    @AttributeDefinition(
            name = "Replacement wait",
            description = "Milliseconds that a change waits while the bundle of a backend, classifier or policy is"
                    + " being replaced",
            min = "1")
    long replacement_wait() default Settings.REPLACEMENT_WAIT;
}
