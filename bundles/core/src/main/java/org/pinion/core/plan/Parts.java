package org.pinion.core.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Ranged;

/** Hands out a sorted list by the ranges that its elements lie in, in one walk. */
final class Parts<E extends Ranged> {

    private final Iterator<E> rest;
    private E ahead;

    Parts(List<E> sorted) {
        rest = sorted.iterator();
        ahead = rest.hasNext() ? rest.next() : null;
    }

    /** {@return the elements in a range; ranges must be asked about in the order of their addresses} */
    List<E> next(AddressRange range) {
        List<E> part = new ArrayList<>();
        while (ahead != null && range.contains(ahead.range())) {
            part.add(ahead);
            ahead = rest.hasNext() ? rest.next() : null;
        }
        return part;
    }
}
