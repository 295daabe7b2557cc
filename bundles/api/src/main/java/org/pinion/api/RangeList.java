package org.pinion.api;

import java.util.AbstractList;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * An immutable list of what lies at addresses: sorted, without overlaps. A changed list shares all that has not changed
 * with the one it came from, so a change, a look-up and a part of the list cost what they touch times the logarithm of
 * the list's size, and a copy costs nothing. To walk it costs as much as to walk any list, and {@link #get} takes
 * logarithmic time.
 *
 * @param <E> what lies at the addresses
 */
public final class RangeList<E extends Ranged> extends AbstractList<E> {

    private static final RangeList<?> EMPTY = new RangeList<>(null);

    private final Treap<E> root;

    private RangeList(Treap<E> root) {
        this.root = root;
    }

    /**
     * The list without an element.
     *
     * @param <E> what it does not have
     * @return the empty list
     */
    @SuppressWarnings("unchecked")
    public static <E extends Ranged> RangeList<E> empty() {
        return (RangeList<E>) EMPTY;
    }

    /**
     * Makes a list.
     *
     * @param <E> what lies at the addresses
     * @param elements the elements, in any order; a list of this kind is returned as it is
     * @return the list
     * @throws IllegalArgumentException if two elements overlap; the message names both
     */
    public static <E extends Ranged> RangeList<E> copyOf(Collection<E> elements) {
        if (elements instanceof RangeList<E> already) {
            return already;
        }
        List<E> sorted = new ArrayList<>(elements);
        sorted.sort(Comparator.comparing(Ranged::range));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i - 1).range().overlaps(sorted.get(i).range())) {
                throw new IllegalArgumentException(sorted.get(i - 1) + " overlaps " + sorted.get(i));
            }
        }
        return of(Treap.of(sorted));
    }

    private static <E extends Ranged> RangeList<E> of(Treap<E> root) {
        return root == null ? empty() : new RangeList<>(root);
    }

    /**
     * Finds what lies at an address.
     *
     * @param address an unsigned address
     * @return the element whose range has the address
     */
    public Optional<E> at(long address) {
        Treap<E> found = null;
        Treap<E> tree = root;
        while (tree != null) {
            boolean below = Long.compareUnsigned(address, tree.start()) < 0;
            found = below ? found : tree;
            tree = below ? tree.left() : tree.right();
        }
        return found != null && found.value().range().contains(address)
                ? Optional.of(found.value())
                : Optional.empty();
    }

    /**
     * Finds what lies at some addresses.
     *
     * @param range the addresses
     * @return the elements that overlap the range, whole
     */
    public RangeList<E> in(AddressRange range) {
        return of(Treap.split(Treap.split(root, endsBefore(range)).high(), startsWithin(range)).low());
    }

    /**
     * Adds an element.
     *
     * @param element the element
     * @return the list with it
     * @throws IllegalArgumentException if it overlaps another; the message names both
     */
    public RangeList<E> with(E element) {
        for (E there : in(element.range())) {
            throw new IllegalArgumentException(there + " overlaps " + element);
        }
        return replace(element.range(), List.of(element));
    }

    /**
     * Takes elements away.
     *
     * @param range some addresses
     * @return the list without the elements that overlap the range
     */
    public RangeList<E> without(AddressRange range) {
        return replace(range, List.of());
    }

    /**
     * Puts other elements in the place of those at some addresses.
     *
     * @param range the addresses; every element that overlaps them goes, whole
     * @param elements what comes, sorted, without overlaps among themselves or with what stays
     * @return the list with the one instead of the other
     */
    public RangeList<E> replace(AddressRange range, List<E> elements) {
        Treap.Halves<E> ends = Treap.split(root, endsBefore(range));
        Treap<E> above = Treap.split(ends.high(), startsWithin(range)).high();
        return of(Treap.join(Treap.join(ends.low(), Treap.of(elements)), above));
    }

    /**
     * Lays stretches over a list in which no element is continued by the next, and joins what continues each other: the
     * result depends on what lies at each address, and not on how it came there.
     *
     * @param <S> the kind of stretch
     * @param list the list
     * @param range the addresses that change; of an element that reaches further, the rest stays
     * @param stretches what lies there now, sorted, within the range
     * @return the list with the change, in which again no element is continued by the next
     */
    public static <S extends Stretch<S>> RangeList<S> overlay(
            RangeList<S> list, AddressRange range, List<S> stretches) {
        AddressRange around = around(range);
        List<S> parts = new ArrayList<>();
        RangeList<S> touched = list.in(around);
        touched.forEach(old -> below(old, range).ifPresent(part -> append(parts, part)));
        stretches.forEach(stretch -> append(parts, stretch));
        touched.forEach(old -> above(old, range).ifPresent(part -> append(parts, part)));
        return list.replace(around, parts);
    }

    /**
     * Joins stretches that continue each other.
     *
     * @param <S> the kind of stretch
     * @param sorted stretches, sorted, without overlaps
     * @return the same, as few as possible
     */
    public static <S extends Stretch<S>> List<S> joined(Iterable<S> sorted) {
        List<S> joined = new ArrayList<>();
        sorted.forEach(stretch -> append(joined, stretch));
        return joined;
    }

    private static <S extends Stretch<S>> void append(List<S> joined, S next) {
        S previous = joined.isEmpty() ? null : joined.getLast();
        if (previous != null && previous.continuedBy(next)) {
            joined.set(joined.size() - 1, previous.through(next.range().last()));
        } else {
            joined.add(next);
        }
    }

    private static AddressRange around(AddressRange range) {
        return new AddressRange(
                range.start() == 0 ? 0 : range.start() - 1, range.last() == -1L ? -1L : range.last() + 1);
    }

    private static <S extends Stretch<S>> Optional<S> below(S stretch, AddressRange range) {
        return range.start() == 0
                ? Optional.empty()
                : stretch.range().intersect(new AddressRange(0, range.start() - 1)).map(part -> cut(stretch, part));
    }

    private static <S extends Stretch<S>> Optional<S> above(S stretch, AddressRange range) {
        return range.last() == -1L
                ? Optional.empty()
                : stretch.range().intersect(new AddressRange(range.last() + 1, -1L)).map(part -> cut(stretch, part));
    }

    private static <S extends Stretch<S>> S cut(S stretch, AddressRange part) {
        return part.equals(stretch.range()) ? stretch : stretch.slice(part);
    }

    /** {@return how many bytes the elements cover, unsigned, modulo 2<sup>64</sup>; costs nothing} */
    public long bytes() {
        return Treap.bytes(root);
    }

    @Override
    public int size() {
        return Treap.size(root);
    }

    @Override
    public E get(int index) {
        int rest = Objects.checkIndex(index, size());
        Treap<E> tree = root;
        while (rest != Treap.size(tree.left())) {
            boolean below = rest < Treap.size(tree.left());
            rest -= below ? 0 : Treap.size(tree.left()) + 1;
            tree = below ? tree.left() : tree.right();
        }
        return tree.value();
    }

    @Override
    public Iterator<E> iterator() {
        return switch (size()) {
            case 0 -> Collections.emptyIterator();
            case 1 -> List.of(root.value()).iterator();
            default -> new Walk<>(root);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RangeList<?> list ? Treap.same(root, list.root) : super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }

    private static <E extends Ranged> Predicate<E> endsBefore(AddressRange range) {
        return element -> Long.compareUnsigned(element.range().last(), range.start()) < 0;
    }

    private static <E extends Ranged> Predicate<E> startsWithin(AddressRange range) {
        return element -> Long.compareUnsigned(element.range().start(), range.last()) <= 0;
    }

    /** Walks a tree in the order of the addresses. */
    private static final class Walk<E extends Ranged> implements Iterator<E> {

        private final Deque<Treap<E>> pending = new ArrayDeque<>();

        Walk(Treap<E> root) {
            descend(root);
        }

        private void descend(Treap<E> tree) {
            for (Treap<E> next = tree; next != null; next = next.left()) {
                pending.push(next);
            }
        }

        @Override
        public boolean hasNext() {
            return !pending.isEmpty();
        }

        @Override
        public E next() {
            if (pending.isEmpty()) {
                throw new NoSuchElementException();
            }
            Treap<E> tree = pending.pop();
            descend(tree.right());
            return tree.value();
        }
    }
}
