package org.pinion.core;

import java.lang.reflect.Method;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** How a plugin can break its promise. */
enum Complaint {

    THROWS("threw java.lang.IllegalStateException: out of sorts"),
    ANSWERS_NULL("answered null"),
    NEVER_ANSWERS("did not answer within 200 ms"),
    LEAKS_AN_ERROR("threw java.lang.Error: out of all bounds"),
    MISSES_A_CLASS("threw java.lang.NoClassDefFoundError: org/elsewhere/Missing");

    private final String symptom;

    Complaint(String symptom) {
        this.symptom = symptom;
    }

    /** {@return what is said of it} */
    String symptom() {
        return symptom;
    }

    /** {@return whether a method of an interface can have it} */
    boolean fits(Class<?> type, String method) {
        return this != ANSWERS_NULL
                || Stream.of(type.getMethods())
                        .filter(each -> each.getName().equals(method))
                        .map(Method::getReturnType)
                        .noneMatch(Class::isPrimitive);
    }

    /** Shows it. */
    Object show(CountDownLatch recovery) {
        return switch (this) {
            case THROWS -> throw new IllegalStateException("out of sorts");
            case ANSWERS_NULL -> null;
            case NEVER_ANSWERS -> {
                awaitDeafly(recovery);
                throw new IllegalStateException("it is too late");
            }
            case LEAKS_AN_ERROR -> throw new Error("out of all bounds");
            case MISSES_A_CLASS -> throw new NoClassDefFoundError("org/elsewhere/Missing");
        };
    }

    /** Does not even end when it is interrupted. */
    static void awaitDeafly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException deaf) {
                Thread.onSpinWait();
            }
        }
    }
}
