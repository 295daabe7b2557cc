package org.pinion.fuzz;

/**
 * Addresses that a request is about.
 *
 * @param start the first
 * @param length bytes
 */
record Span(long start, long length) {

    /** Around what is mapped in a space: all of it, a part, more than it; or anywhere. */
    static Span near(Dice dice, OpenedFile.Area area) {
        if (area == null || dice.oneIn(8)) {
            return new Span(dice.iova(), dice.length());
        }
        long page = Ram.PAGE;
        return switch (dice.weighted(10, 2, 2, 2, 1)) {
            case 0 -> new Span(area.start(), area.length());
            case 1 -> new Span(area.start(), Math.max(page, area.length() - page));
            case 2 -> new Span(area.start() + page, Math.max(page, area.length() - page));
            case 3 -> new Span(area.start() - dice.below(3) * page, area.length() + dice.below(6) * page);
            default -> new Span(area.start(), dice.length());
        };
    }
}
