package org.pinion.shell.gogo;

/** What a command means where it is told nothing. */
final class Defaults {

    static final String BACKEND = "iommufd";
    static final String POLICY = "strict";

    private Defaults() {}
}
