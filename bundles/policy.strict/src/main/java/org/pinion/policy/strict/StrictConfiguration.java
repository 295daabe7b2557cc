package org.pinion.policy.strict;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** The configuration of PID {@code org.pinion.policy.strict}; a change of it plans every address space anew. */
@ObjectClassDefinition(name = "Pinion policy strict", description = "Maps only memory that is known to be safe")
@interface StrictConfiguration {

    /** {@return what happens where a device cannot use addresses of RAM} */
    @AttributeDefinition(
            name = "Conflict of RAM",
            description = "What happens where a device cannot use addresses of RAM: the change is refused, or the"
                    + " device gets an IO address space of its own without them",
            options = {@Option(label = "refuse", value = "refuse"), @Option(label = "apart", value = "apart")})
    String ram_conflict() default RamConflict.REFUSE;
}
