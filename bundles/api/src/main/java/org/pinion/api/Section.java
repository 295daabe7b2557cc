package org.pinion.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A range of a flat view with one kind and one backing, as QEMU's {@code MemoryRegionSection}.
 *
 * @param range the guest's addresses, which are the IO virtual addresses a device would use
 * @param kind what kind of region shows there
 * @param backing what the bytes are
 * @param access what the owner allows: {@link Access#READ} for a read-only section
 * @param name the memory region's name, such as {@code pc.ram}
 * @param owner who owns the region, such as {@code /objects/pc.ram}; empty if not known
 * @param facts what a source knows beyond the above, by key (see {@link SectionFacts}); classifiers turn facts into
 *     traits
 */
public record Section(
        AddressRange range,
        SectionKind kind,
        Backing backing,
        Access access,
        String name,
        String owner,
        Map<String, String> facts)
        implements Stretch<Section> {

    /** Checks that nothing is null and copies the facts. */
    public Section {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(backing, "backing");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(owner, "owner");
        facts = Map.copyOf(facts);
    }

    /**
     * Readable and writable RAM without an owner or facts.
     *
     * @param range its addresses
     * @param backing its bytes
     * @param name its name
     * @return the section
     */
    public static Section ram(AddressRange range, Backing backing, String name) {
        return new Section(range, SectionKind.RAM, backing, Access.READ_WRITE, name, "", Map.of());
    }

    /**
     * The same section with other bytes.
     *
     * @param other the bytes
     * @return the section
     */
    public Section withBacking(Backing other) {
        return new Section(range, kind, other, access, name, owner, facts);
    }

    /**
     * The same section, of which more is known.
     *
     * @param more facts to add; they replace those of the same key
     * @return the section
     */
    public Section withFacts(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(facts);
        all.putAll(more);
        return new Section(range, kind, backing, access, name, owner, all);
    }

    /**
     * The backing of the byte at an address of this section.
     *
     * @param address an address inside the range
     * @return the backing that begins there
     */
    public Backing backingAt(long address) {
        return backing.advance(address - range.start());
    }

    @Override
    public Section slice(AddressRange part) {
        return new Section(part, kind, backingAt(part.start()), access, name, owner, facts);
    }

    /** Tells whether two sections could be one: the second also has the same kind, access, name, owner and facts. */
    @Override
    public boolean continuedBy(Section next) {
        return range.meets(next.range)
                && kind == next.kind
                && access == next.access
                && name.equals(next.name)
                && owner.equals(next.owner)
                && facts.equals(next.facts)
                && backing.advance(range.size()).equals(next.backing);
    }

    @Override
    public Section through(long last) {
        return new Section(new AddressRange(range.start(), last), kind, backing, access, name, owner, facts);
    }

    /** {@return {@code 'NAME' at START-LAST (KIND)}} */
    @Override
    public String toString() {
        return "'" + name + "' at " + range + " (" + kind.symbol() + ")";
    }
}
