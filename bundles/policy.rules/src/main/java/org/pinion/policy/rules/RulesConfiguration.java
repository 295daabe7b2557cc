package org.pinion.policy.rules;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** A configuration of factory PID {@code org.pinion.policy.rules}: a policy. Each rule has keys of its own as well. */
@ObjectClassDefinition(
        name = "Pinion policy of rules",
        description = "A policy made of rules. Each rule NAME has keys NAME.when, NAME.verdict, NAME.because, and may"
                + " have NAME.access, NAME.route, NAME.remedy and NAME.conflict")
@interface RulesConfiguration {

    /** {@return the policy's name} */
    @AttributeDefinition(name = "Name", description = "The name by which address spaces require the policy")
    String org_pinion_policy_name();

    /** {@return the names of the rules} */
    @AttributeDefinition(
            name = "Rules",
            description = "The names of the rules, in the order of asking; the first that applies decides")
    String[] rules();

    /** {@return what happens to what no rule applies to} */
    @AttributeDefinition(
            name = "Otherwise",
            description = "What happens to what no rule applies to",
            options = {
                @Option(label = "skip", value = "skip"),
                @Option(label = "map", value = "map"),
                @Option(label = "refuse", value = "refuse")
            })
    String otherwise() default "skip";
}
