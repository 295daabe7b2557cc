package org.pinion.policy.rules;

/** Rules that cannot be used. The message says where and why; none of the rules is in force. */
final class WrongRulesException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param message the place within the rules, and what is wrong there */
    WrongRulesException(String message) {
        super(message);
    }
}
