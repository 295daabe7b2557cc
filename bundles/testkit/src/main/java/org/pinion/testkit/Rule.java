package org.pinion.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/** Makes a method a test of one sentence of the Javadoc, which the test's name and its failure quote. */
@Documented
@Test
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Rule {

    /** {@return the type whose Javadoc says so; {@code void} if it is that of a package} */
    Class<?> of() default void.class;

    /** {@return the method, or without a type the package, whose Javadoc says so; empty if it is that of the type} */
    String in() default "";

    /** {@return what the Javadoc says, word for word; {@code …} stands for words left out} */
    String says();
}
