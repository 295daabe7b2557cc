package org.pinion.testkit;

import java.lang.reflect.Method;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGenerator;

/** Names tests by the rules that they are about. */
final class RuleNames extends DisplayNameGenerator.Standard {

    @Override
    public String generateDisplayNameForMethod(List<Class<?>> around, Class<?> testClass, Method method) {
        Rule rule = method.getAnnotation(Rule.class);
        return rule == null
                ? super.generateDisplayNameForMethod(around, testClass, method)
                : quote(rule) + " [" + method.getName() + "]";
    }

    /** {@return a rule as {@code TYPE.METHOD: 'WHAT IT SAYS'}} */
    static String quote(Rule rule) {
        return quote(rule.of(), rule.in(), rule.says());
    }

    static String quote(Class<?> type, String method, String says) {
        return place(type, method) + ": '" + says + "'";
    }

    private static String place(Class<?> type, String method) {
        if (type == void.class) {
            return method;
        }
        return method.isEmpty() ? type.getSimpleName() : type.getSimpleName() + "." + method;
    }
}
