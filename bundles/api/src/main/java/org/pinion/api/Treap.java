package org.pinion.api;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * A node of an immutable search tree over addresses, and the trees below it; null is the empty tree. Operations copy
 * the nodes on their way and share all others.
 *
 * <p>It is a treap: a parent's priority is never below its children's, and the priority is a function of the address
 * alone. So the shape of a tree follows from its contents, whatever the order in which they came: two equal trees are
 * equal node by node. The function differs from run to run, so that a guest that chooses addresses does not choose the
 * tree's depth, which is logarithmic with overwhelming probability.
 *
 * @param value what lies here
 * @param start its first address, once more: a look-up then touches one object a level, and not three
 * @param left what lies below
 * @param right what lies above
 * @param size how many values the tree has
 * @param bytes how many bytes they cover
 */
record Treap<E extends Ranged>(E value, long start, Treap<E> left, Treap<E> right, int size, long bytes) {

    private static final long SALT = ThreadLocalRandom.current().nextLong();

    /** A tree in two halves. */
    record Halves<E extends Ranged>(Treap<E> low, Treap<E> high) {}

    Treap(E value, Treap<E> left, Treap<E> right) {
        this(
                value,
                value.range().start(),
                left,
                right,
                1 + size(left) + size(right),
                value.range().size() + bytes(left) + bytes(right));
    }

    static int size(Treap<?> tree) {
        return tree == null ? 0 : tree.size;
    }

    static long bytes(Treap<?> tree) {
        return tree == null ? 0 : tree.bytes;
    }

    /** {@return the tree of sorted values, in linear time} */
    static <E extends Ranged> Treap<E> of(List<E> sorted) {
        return switch (sorted.size()) {
            case 0 -> null;
            case 1 -> new Treap<>(sorted.getFirst(), null, null);
            default -> {
                int middle = sorted.size() / 2;
                yield join(of(sorted.subList(0, middle)), of(sorted.subList(middle, sorted.size())));
            }
        };
    }

    /** {@return both trees as one; all of the first lies below all of the second} */
    static <E extends Ranged> Treap<E> join(Treap<E> low, Treap<E> high) {
        if (low == null || high == null) {
            return low == null ? high : low;
        }
        return Long.compareUnsigned(low.priority(), high.priority()) >= 0
                ? new Treap<>(low.value, low.left, join(low.right, high))
                : new Treap<>(high.value, join(low, high.left), high.right);
    }

    /** {@return the values that belong to the low half, and the others; every value below a low one is low, too} */
    static <E extends Ranged> Halves<E> split(Treap<E> tree, Predicate<E> low) {
        if (tree == null) {
            return new Halves<>(null, null);
        }
        if (low.test(tree.value)) {
            Halves<E> halves = split(tree.right, low);
            return halves.high == null
                    ? new Halves<>(tree, null)
                    : new Halves<>(new Treap<>(tree.value, tree.left, halves.low), halves.high);
        }
        Halves<E> halves = split(tree.left, low);
        return halves.low == null
                ? new Halves<>(null, tree)
                : new Halves<>(halves.low, new Treap<>(tree.value, halves.high, tree.right));
    }

    /** {@return whether two trees hold equal values; what they share is not looked at} */
    static boolean same(Treap<?> a, Treap<?> b) {
        if (a == b) {
            return true;
        }
        return a != null
                && b != null
                && a.size == b.size
                && a.value.equals(b.value)
                && same(a.left, b.left)
                && same(a.right, b.right);
    }

    /** The finalizer of SplitMix64: a bijection, so no two addresses have the same priority. */
    private long priority() {
        long z = start ^ SALT;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
