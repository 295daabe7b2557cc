package org.pinion.source.qemu;

import org.pinion.api.IommuException;

/**
 * Where something was read: a file or a monitor command, and a line in it.
 *
 * @param origin the file's path, or what stands for it
 * @param line the line's number from 1, 0 if the place is the whole
 */
record Place(String origin, int line) {

    static Place of(String origin) {
        return new Place(origin, 0);
    }

    Place at(int number) {
        return new Place(origin, number);
    }

    IommuException fault(String why, String remedy) {
        return new IommuException("read " + this, why, remedy);
    }

    IommuException fault(String why, String remedy, Throwable cause) {
        return new IommuException("read " + this, null, null, why, remedy, cause);
    }

    @Override
    public String toString() {
        return line == 0 ? origin : origin + " line " + line;
    }
}
