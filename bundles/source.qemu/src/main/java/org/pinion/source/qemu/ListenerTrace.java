package org.pinion.source.qemu;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionFacts;
import org.pinion.api.SectionKind;

/**
 * Reads what QEMU told its vfio listener ({@code hw/vfio/trace-events}): which sections came and went. For each change
 * of its memory QEMU deletes first and adds then, so a view is complete where a deletion follows an addition.
 *
 * <p>The trace tells of RAM where it lies in QEMU, and nothing of its access or owner. A device's memory looks like
 * RAM there and is taken for it.
 */
final class ListenerTrace {

    private static final String REMEDY =
            "record the events vfio_listener_* of one QEMU with one vfio container, from its start and unedited";
    private static final String EVENT = "vfio_listener_";
    private static final String IOMMU_ADDED = EVENT + "region_add_iommu ";
    private static final Pattern ADDED = Pattern.compile(
            "vfio_listener_region_add_(?:ram region_add \\[ram]|iommu region_add \\[iommu]) "
                    + "0x(\\p{XDigit}{1,16}) - 0x(\\p{XDigit}{1,16})(?: \\[0x(\\p{XDigit}{1,16})])?");
    private static final Pattern DELETED = Pattern.compile(
            "vfio_listener_region_del region_del 0x(\\p{XDigit}{1,16}) - 0x(\\p{XDigit}{1,16})");
    private static final Pattern NOT_MAPPED = Pattern.compile(
            "vfio_listener_region_add_no_dma_map Region \".*\" 0x(\\p{XDigit}{1,16}) size=.*");

    private final Place origin;
    private final HostAreas areas = new HostAreas();
    private final TreeMap<AddressRange, Seen> shown = new TreeMap<>();
    private final List<List<Seen>> views = new ArrayList<>();
    private boolean adding;

    /** A section of RAM at an address of QEMU's, or without one if QEMU does not map it as such. */
    private record Seen(int line, AddressRange range, SectionKind kind, long host) {}

    private ListenerTrace(String origin) {
        this.origin = Place.of(origin);
    }

    static List<FlatView> read(String path) throws IommuException {
        return parse(path, CaptureFile.read(path, REMEDY));
    }

    static List<FlatView> parse(String origin, String text) throws IommuException {
        return new ListenerTrace(origin).views(text);
    }

    private List<FlatView> views(String text) throws IommuException {
        int number = 0;
        for (String line : text.lines().toList()) {
            event(origin.at(++number), line.strip());
        }
        if (!adding && shown.isEmpty() && views.isEmpty()) {
            throw origin.fault("no section is added in it", REMEDY);
        }
        views.add(List.copyOf(shown.values()));
        List<FlatView> flat = new ArrayList<>(views.size());
        for (List<Seen> view : views) {
            flat.add(FlatView.of("memory", view.stream().map(this::section).toList()));
        }
        return List.copyOf(flat);
    }

    /** A log may put a time before an event, and have other events between. */
    private void event(Place place, String line) throws IommuException {
        int from = line.indexOf(EVENT);
        String event = from < 0 ? "" : line.substring(from);
        Matcher added = ADDED.matcher(event);
        Matcher deleted = DELETED.matcher(event);
        Matcher notMapped = NOT_MAPPED.matcher(event);
        if (added.matches() && (added.group(3) != null || event.startsWith(IOMMU_ADDED))) {
            add(place, range(place, added), added.group(3));
        } else if (deleted.matches()) {
            delete(place, range(place, deleted));
        } else if (notMapped.matches()) {
            forgetBytes(Long.parseUnsignedLong(notMapped.group(1), 16), place.line());
        } else if (isSection(event)) {
            throw place.fault(
                    "it is not an event of QEMU 5 to 10: \"" + MemoryTreeParser.shorten(line) + "\"", REMEDY);
        }
    }

    private static boolean isSection(String event) {
        return event.startsWith(EVENT + "region_add_ram ")
                || event.startsWith(IOMMU_ADDED)
                || event.startsWith(EVENT + "region_del ");
    }

    private static AddressRange range(Place place, Matcher event) throws IommuException {
        long start = Long.parseUnsignedLong(event.group(1), 16);
        long last = Long.parseUnsignedLong(event.group(2), 16);
        try {
            return new AddressRange(start, last);
        } catch (IllegalArgumentException backwards) {
            throw place.fault(backwards.getMessage(), REMEDY, backwards);
        }
    }

    private void add(Place place, AddressRange range, String host) throws IommuException {
        for (AddressRange other : new AddressRange[] {shown.floorKey(range), shown.higherKey(range)}) {
            if (other != null && other.overlaps(range)) {
                throw place.fault("%s is added over %s of line %d".formatted(range, other, shown.get(other).line()),
                        REMEDY);
            }
        }
        if (host == null) {
            shown.put(range, new Seen(place.line(), range, SectionKind.IOMMU, 0));
        } else {
            long address = Long.parseUnsignedLong(host, 16);
            areas.add(place, address, range.size());
            shown.put(range, new Seen(place.line(), range, SectionKind.RAM, address));
        }
        adding = true;
    }

    private void delete(Place place, AddressRange range) throws IommuException {
        if (adding) {
            views.add(List.copyOf(shown.values()));
            adding = false;
        }
        if (shown.remove(range) == null) {
            throw place.fault(range + " is deleted, but was not added before", REMEDY);
        }
    }

    /** QEMU tells of device memory that is not aligned as of RAM first, and then that it leaves it out. */
    private void forgetBytes(long start, int line) {
        AddressRange found = shown.floorKey(new AddressRange(start, -1L));
        if (found != null && found.start() == start && shown.get(found).line() == line - 1) {
            shown.put(found, new Seen(line - 1, found, SectionKind.MMIO, 0));
        }
    }

    private Section section(Seen seen) {
        boolean ram = seen.kind() == SectionKind.RAM;
        Backing backing = ram ? areas.backing(seen.host()) : Backing.NONE;
        String name = ram ? areas.name(seen.host()) : seen.kind().symbol();
        return new Section(
                seen.range(),
                seen.kind(),
                backing,
                Access.READ_WRITE,
                name,
                "",
                Map.of(SectionFacts.SHOWN_SINCE, "line " + seen.line()));
    }
}
