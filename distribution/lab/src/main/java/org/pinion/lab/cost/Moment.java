package org.pinion.lab.cost;

/** Where a commit is when the clock is looked at, in this order; the words are for the time that led up to it. */
enum Moment {
    CALLED(""),
    ASKED("to the plugins: the turn, what is to be judged, the guard's thread"),
    CLASSIFIED("classifiers"),
    QUESTIONED("planning, until the policy is asked"),
    JUDGED("policy"),
    PLANNED("the plan, and back to the caller"),
    ENTERED("difference, blocks, budget"),
    MAPPED("the backend"),
    COUNTED("table and snapshot"),
    RETURNED("the turn given back, events");

    private final String words;

    Moment(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
