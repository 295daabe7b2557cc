package org.pinion.emulator.host;

import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * What a device is behind that does not say so itself.
 *
 * @param driver which driver the IOMMU has
 * @param geometry what the IOMMU translates
 * @param reserved what every device reserves
 */
record IommuDefaults(IommuDriver driver, IommuGeometry geometry, List<ReservedRegion> reserved) {

    private static final List<String> KNOWN = List.of("driver", "aperture", "page-sizes", "dirty-tracking",
            "maps-without-access", "forces-snooping", "reserved");
    private static final List<String> KNOWN_OF_REGION = List.of("range", "type");

    /** An IOMMU as a driver of a release finds QEMU's. */
    static IommuDefaults of(IommuDriver driver, KernelRelease release) {
        return new IommuDefaults(driver, driver.geometry(release), driver.reserved());
    }

    static IommuDefaults read(Place place, Node node, KernelRelease release) {
        Keys keys = new Keys(place, node, KNOWN);
        IommuDriver driver = keys.find("driver").map(one -> Values.choice(
                keys.place("driver"), one, IommuDriver.values(), IommuDriver::text)).orElse(IommuDriver.INTEL);
        IommuDefaults otherwise = of(driver, release);
        List<ReservedRegion> reserved = keys.find("reserved")
                .map(list -> regions(keys.place("reserved"), list)).orElse(otherwise.reserved);
        return new IommuDefaults(driver, geometry(keys, otherwise.geometry), reserved);
    }

    static IommuGeometry geometry(Keys keys, IommuGeometry otherwise) {
        IovaRange aperture = keys.find("aperture")
                .map(node -> Values.range(keys.place("aperture"), node)).orElse(otherwise.aperture());
        List<Long> sizes = keys.find("page-sizes")
                .map(node -> pageSizes(keys.place("page-sizes"), node)).orElse(otherwise.pageSizes());
        return new IommuGeometry(aperture, sizes,
                truth(keys, "dirty-tracking", otherwise.dirtyTracking()),
                truth(keys, "maps-without-access", otherwise.mapsWithoutAccess()),
                truth(keys, "forces-snooping", otherwise.forcesSnooping()));
    }

    private static boolean truth(Keys keys, String key, boolean otherwise) {
        return keys.find(key).map(node -> Values.truth(keys.place(key), node)).orElse(otherwise);
    }

    private static List<Long> pageSizes(Place place, Node node) {
        List<Long> sizes = node instanceof ScalarNode
                ? IommuGeometry.sizes(Values.powersOfTwo(place, node))
                : Values.items(place, node).stream().map(item -> Values.powerOfTwo(place, item)).toList();
        if (sizes.isEmpty()) {
            throw place.error(node, "there is no size; an IOMMU has at least one");
        }
        return sizes;
    }

    static List<ReservedRegion> regions(Place place, Node node) {
        List<ReservedRegion> regions = new ArrayList<>();
        for (Node item : Values.items(place, node)) {
            regions.add(region(place, item, regions));
        }
        return regions;
    }

    private static ReservedRegion region(Place place, Node node, List<ReservedRegion> before) {
        Keys keys = new Keys(place, node, KNOWN_OF_REGION);
        IovaRange range = Values.range(keys.place("range"), keys.get("range"));
        ReservedType type = Values.choice(keys.place("type"), keys.get("type"), ReservedType.values(),
                ReservedType::text);
        before.stream().filter(other -> other.range().touches(range.start(), range.last())).findFirst()
                .ifPresent(other -> {
                    throw place.error(node, "%s overlaps %s of the same list", range, other.range());
                });
        return new ReservedRegion(range, type);
    }
}
