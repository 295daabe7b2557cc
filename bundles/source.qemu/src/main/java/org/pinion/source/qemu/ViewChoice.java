package org.pinion.source.qemu;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pinion.api.IommuException;
import org.pinion.source.qemu.MemoryTree.Space;
import org.pinion.source.qemu.MemoryTree.View;

/**
 * Finds the view of an address space. Names of address spaces are not unique: behind a virtual IOMMU every function's
 * is called {@code vtd-root} or {@code virtio-iommu-device}, and only the root region's name tells them apart. So a
 * name that no address space has, is taken as the name of a root.
 */
record ViewChoice(MemoryTree tree) {

    View of(String wanted) throws IommuException {
        List<View> byName = showing(space -> space.name().equals(wanted));
        List<View> found = byName.isEmpty() ? showing(space -> space.root().equals(wanted)) : byName;
        return switch (found.size()) {
            case 0 -> throw tree.place().fault(
                    "no address space is called '" + wanted + "'; there are " + list(tree.views(), Space::name),
                    "set address-space to one of them");
            case 1 -> found.getFirst();
            default -> throw tree.place().fault(
                    "%d flat views belong to address spaces called '%s'; their roots are %s"
                            .formatted(found.size(), wanted, list(matching(found, wanted), Space::root)),
                    "set address-space to the name of one of these roots, if they differ");
        };
    }

    private List<View> showing(Predicate<Space> wanted) {
        return tree.views().stream()
                .filter(view -> view.spaces().stream().anyMatch(wanted))
                .toList();
    }

    private static List<View> matching(List<View> views, String wanted) {
        return views.stream()
                .map(view -> new View(view.line(), matchingSpaces(view, wanted), view.ranges()))
                .toList();
    }

    private static List<Space> matchingSpaces(View view, String wanted) {
        return view.spaces().stream()
                .filter(space -> space.name().equals(wanted) || space.root().equals(wanted))
                .toList();
    }

    private static String list(List<View> views, Function<Space, String> part) {
        return views.stream()
                .flatMap(view -> view.spaces().stream())
                .map(part)
                .distinct()
                .sorted()
                .map(name -> "'" + name + "'")
                .collect(Collectors.joining(", "));
    }
}
