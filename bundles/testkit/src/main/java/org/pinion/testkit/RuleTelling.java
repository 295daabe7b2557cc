package org.pinion.testkit;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/** Says of a failure which rule it breaks. */
final class RuleTelling implements TestExecutionExceptionHandler {

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable how) throws Throwable {
        Rule rule = context.getRequiredTestMethod().getAnnotation(Rule.class);
        boolean told = how instanceof TestAbortedException || how instanceof BrokenRuleError;
        throw rule == null || told ? how : new BrokenRuleError(RuleNames.quote(rule), how);
    }
}
