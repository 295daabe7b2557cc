package org.pinion.testkit;

/** A plugin does not keep a rule. The message names the rule and quotes the Javadoc that it comes from. */
public final class BrokenRuleError extends AssertionError {

    private static final long serialVersionUID = 1L;

    BrokenRuleError(String rule, Throwable how) {
        super(rule + " is broken: " + how, how);
    }
}
