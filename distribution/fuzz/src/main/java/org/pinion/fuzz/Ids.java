package org.pinion.fuzz;

import java.util.ArrayList;
import java.util.List;

/** Chooses numbers of objects, mostly of such as are there. */
final class Ids {

    private static final int STRANGE_ONE_IN = 25;
    private static final int SMALL = 12;

    private final Dice dice;

    Ids(Dice dice) {
        this.dice = dice;
    }

    long any(OpenedFile file, OpenedFile.Id... kinds) {
        List<Integer> known = new ArrayList<>();
        for (OpenedFile.Id kind : kinds) {
            known.addAll(file.ids(kind));
        }
        if (known.isEmpty() || dice.oneIn(STRANGE_ONE_IN)) {
            return dice.oneIn(8) ? -1 : dice.below(SMALL);
        }
        return dice.pick(known);
    }

    long space(OpenedFile file) {
        return any(file, OpenedFile.Id.IOAS);
    }

    /** What devices attach to. */
    long target(OpenedFile file) {
        return dice.oneIn(3)
                ? any(file, OpenedFile.Id.TABLE, OpenedFile.Id.DIRTY_TABLE)
                : any(file, OpenedFile.Id.IOAS);
    }

    /** What PASIDs can be attached to, or what they cannot. */
    long pasidTarget(OpenedFile file) {
        return dice.oneIn(4) || file.ids(OpenedFile.Id.PASID_TABLE).isEmpty()
                ? target(file)
                : any(file, OpenedFile.Id.PASID_TABLE);
    }

    /** Any page table. */
    long table(OpenedFile file) {
        return any(file, OpenedFile.Id.TABLE, OpenedFile.Id.DIRTY_TABLE);
    }

    /** A page table that can tell what was written, most of the time. */
    long dirtyTable(OpenedFile file) {
        return dice.oneIn(8) ? any(file, OpenedFile.Id.TABLE) : any(file, OpenedFile.Id.DIRTY_TABLE);
    }

    /** Something mapped in a space, or null. */
    OpenedFile.Area area(OpenedFile file, long space) {
        List<OpenedFile.Area> there = new ArrayList<>();
        for (OpenedFile.Area area : file.areas()) {
            if (area.space() == (int) space) {
                there.add(area);
            }
        }
        return there.isEmpty() ? null : dice.pick(there);
    }
}
