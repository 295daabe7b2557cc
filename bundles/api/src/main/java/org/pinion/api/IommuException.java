package org.pinion.api;

import java.util.Objects;
import java.util.Optional;

/**
 * Something could not be done to an IO address space. The message says what failed, where, why, and what to do; the
 * parts are available one by one.
 *
 * <p>Unless a method says otherwise, the address space is as it was before the call that threw.
 */
public class IommuException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String errno;
    private final transient AddressRange range;
    private final String why;
    private final String remedy;

    /**
     * Something failed before the kernel was asked.
     *
     * @param operation what was tried, such as {@code "map 0x0-0x9ffff rw file"}
     * @param why the cause in words
     * @param remedy what an operator can do; empty if nothing
     */
    public IommuException(String operation, String why, String remedy) {
        this(operation, null, null, why, remedy, null);
    }

    /**
     * Something failed.
     *
     * @param operation what was tried
     * @param errno the kernel's answer by name, such as {@code EINVAL}; null if it was not asked
     * @param range the addresses concerned; null if none
     * @param why the cause in words
     * @param remedy what an operator can do; empty if nothing
     * @param cause what was thrown underneath; null if nothing
     */
    public IommuException(
            String operation, String errno, AddressRange range, String why, String remedy, Throwable cause) {
        super(message(operation, errno, why, remedy), cause);
        this.operation = operation;
        this.errno = errno;
        this.range = range;
        this.why = Objects.requireNonNull(why, "why");
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    private static String message(String operation, String errno, String why, String remedy) {
        String failed = errno == null ? operation : operation + ": " + errno;
        return failed + ": " + why + (remedy.isEmpty() ? "" : "; remedy: " + remedy);
    }

    /** {@return what was tried} */
    public String operation() {
        return operation;
    }

    /** {@return the kernel's answer by name, such as {@code EINVAL}; empty if the kernel was not asked} */
    public Optional<String> errno() {
        return Optional.ofNullable(errno);
    }

    /** {@return the addresses concerned} */
    public Optional<AddressRange> range() {
        return Optional.ofNullable(range);
    }

    /** {@return the cause in words} */
    public String why() {
        return why;
    }

    /** {@return what an operator can do; empty if nothing} */
    public String remedy() {
        return remedy;
    }
}
