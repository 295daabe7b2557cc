package org.pinion.api.guest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.CommitReport;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.RangeList;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;

/**
 * The memory of a device that the guest plugs and unplugs block by block, as virtio-mem behind QEMU's {@code
 * RamDiscardManager}. A block that is plugged shows as memory; one that is not shows as discarded memory, of which
 * nothing is mapped.
 *
 * <p>What is mapped depends on which blocks are plugged, never on how they came to be. A batch costs what it touches.
 * Methods may be called from any thread; batches follow one another.
 */
public final class MemoryBlocks {

    private final Window window;
    private final Section plugged;
    private final Section discarded;
    private final long granularity;

    /**
     * @param space the address space; nobody else changes what shows where the memory is
     * @param memory all of the memory that the device can have; the flat view in force shows {@link #discarded} there
     * @param granularity bytes of a block, a power of two
     * @throws IllegalArgumentException if the memory is not in whole blocks
     */
    public MemoryBlocks(AddressSpace space, Section memory, long granularity) {
        if (memory.range().trimTo(granularity).filter(memory.range()::equals).isEmpty()) {
            throw new IllegalArgumentException(
                    "%s is not in whole blocks of 0x%x bytes".formatted(memory, granularity));
        }
        this.granularity = granularity;
        this.plugged = withFacts(memory, Map.of(SectionFacts.BLOCK_SIZE, Long.toUnsignedString(granularity)));
        this.discarded = discarded(memory, granularity);
        this.window = new Window(space, memory, discarded);
    }

    /**
     * How memory shows of which no block is plugged.
     *
     * @param memory all of the memory that the device can have
     * @param granularity bytes of a block
     * @return the section for the flat view
     */
    public static Section discarded(Section memory, long granularity) {
        return withFacts(memory, Map.of(
                SectionFacts.MEMORY_DEVICE, "virtio-mem",
                SectionFacts.PLUGGED_SIZE, "0",
                SectionFacts.MAX_SIZE, Long.toUnsignedString(memory.range().size()),
                SectionFacts.BLOCK_SIZE, Long.toUnsignedString(granularity)));
    }

    private static Section withFacts(Section memory, Map<String, String> facts) {
        Map<String, String> all = new HashMap<>(memory.facts());
        all.keySet().removeAll(List.of(
                SectionFacts.MEMORY_DEVICE, SectionFacts.PLUGGED_SIZE, SectionFacts.MAX_SIZE, SectionFacts.BLOCK_SIZE));
        all.putAll(facts);
        return new Section(
                memory.range(), memory.kind(), memory.backing(), memory.access(), memory.name(), memory.owner(), all);
    }

    /**
     * Maps blocks that are plugged now, as {@code RamDiscardListener.notify_populate}: all of them, or none.
     *
     * @param ranges where they are; blocks that are plugged already stay as they are
     * @return what was done to the mappings
     * @throws IommuException if a range is not one of whole blocks, and as
     *     {@link AddressSpace#commit(org.pinion.api.FlatViewChange)} does; nothing was changed
     */
    public CommitReport populate(Collection<AddressRange> ranges) throws IommuException {
        return show(ranges, plugged);
    }

    /**
     * Unmaps blocks that are unplugged now, as {@code RamDiscardListener.notify_discard}: all of them, or none. When it
     * returns no device reaches them, and their memory may go.
     *
     * @param ranges where they are; blocks that are not plugged stay as they are
     * @return what was done to the mappings
     * @throws IommuException if a range is not one of whole blocks, and as
     *     {@link AddressSpace#commit(org.pinion.api.FlatViewChange)} does; nothing was changed
     */
    public CommitReport discard(Collection<AddressRange> ranges) throws IommuException {
        return show(ranges, discarded);
    }

    /**
     * What shows now.
     *
     * @return the sections, sorted; they cover the memory
     */
    public RangeList<Section> shown() {
        return window.shown();
    }

    /**
     * A whole view, to be committed, that shows which blocks are plugged.
     *
     * @param view a view that shows the memory as one section
     * @return the view with the blocks
     */
    public FlatView in(FlatView view) {
        return window.in(view);
    }

    private CommitReport show(Collection<AddressRange> ranges, Section section) throws IommuException {
        List<Window.Layer> layers = new ArrayList<>(ranges.size());
        for (AddressRange range : ranges) {
            requireWholeBlocks(range);
            layers.add(new Window.Layer(range, List.of(section.slice(range))));
        }
        return window.show(layers);
    }

    private void requireWholeBlocks(AddressRange range) throws IommuException {
        boolean whole = range.trimTo(granularity).filter(range::equals).isPresent();
        if (!whole || !plugged.range().contains(range)) {
            throw new IommuException(
                    "plug or unplug " + range,
                    null,
                    range,
                    "it is not one of whole blocks of 0x%x bytes of %s".formatted(granularity, plugged),
                    "forward the blocks as their manager gives them",
                    null);
        }
    }
}
