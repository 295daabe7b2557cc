package org.pinion.spi.policy;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.BarExport;
import org.pinion.api.DeviceLimits;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.Trait;

/**
 * A part of a section about which every classifier says the same from its first address to its last. Where the section
 * shows a BAR, the part is also either within one area that the BAR's device can hand out, or outside of all of them.
 *
 * @param range the part's addresses, not yet trimmed to any alignment
 * @param section the section it is a part of
 * @param traits what the classifiers say about the part, sorted by name; ranges cut down to the part
 * @param planning what is being planned for
 */
public record Candidate(AddressRange range, Section section, List<Trait> traits, Planning planning) {

    /**
     * What a plan is made for.
     *
     * @param backend the backend's name, such as {@code iommufd}
     * @param routes the ways by which the backend takes memory
     * @param missingRoutes why a route is missing, a sentence; empty if none is
     * @param alignment bytes to which mappings will be trimmed, a power of two
     * @param limits the limits of the devices planned for, sorted by address
     */
    public record Planning(
            String backend, Set<Route> routes, String missingRoutes, long alignment, List<DeviceLimits> limits) {

        /** Checks that nothing is null and copies the collections. */
        public Planning {
            Objects.requireNonNull(backend, "backend");
            routes = Set.copyOf(routes);
            Objects.requireNonNull(missingRoutes, "missingRoutes");
            limits = List.copyOf(limits);
        }

        /** {@return addresses of the devices planned for, sorted} */
        public List<String> devices() {
            return limits.stream().map(DeviceLimits::device).toList();
        }
    }

    /** Checks that nothing is null. */
    public Candidate {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(section, "section");
        Objects.requireNonNull(traits, "traits");
        Objects.requireNonNull(planning, "planning");
    }

    /**
     * Finds what classifiers say.
     *
     * @param name a trait's name
     * @return the first trait of that name, in the order of those who signed it
     */
    public Optional<Trait> trait(String name) {
        for (Trait trait : traits) {
            if (trait.name().equals(name)) {
                return Optional.of(trait);
            }
        }
        return Optional.empty();
    }

    /**
     * Tells whether a classifier says something.
     *
     * @param name a trait's name
     * @return whether a classifier said so
     */
    public boolean is(String name) {
        return trait(name).isPresent();
    }

    /**
     * Why a BAR behind this part cannot go by a dma-buf, which keeps it valid for the kernel whatever becomes of the
     * device.
     *
     * @return a sentence; empty if it can, or if no BAR is behind the part
     */
    public Optional<String> barObstacle() {
        return barObstacle(Route.DMA_BUF);
    }

    /**
     * Why a BAR behind this part cannot go by a route.
     *
     * @param route {@link Route#DMA_BUF}, or {@link Route#USER} for the address at which the BAR is mapped
     * @return a sentence; empty if it can, or if no BAR is behind the part
     */
    public Optional<String> barObstacle(Route route) {
        return section.backing() instanceof Backing.DeviceBar
                ? barObstacle(barAt(range.start()), route)
                : Optional.empty();
    }

    private Backing.DeviceBar barAt(long address) {
        return (Backing.DeviceBar) section.backingAt(address);
    }

    private Optional<String> barObstacle(Backing.DeviceBar bar, Route route) {
        if (!planning.routes().contains(route)) {
            String missing = planning.missingRoutes();
            return Optional.of(missing.isEmpty() ? planning.backend() + " takes no " + route.symbol() : missing);
        }
        return planning.limits().stream()
                .filter(limits -> limits.device().equals(bar.device()))
                .findFirst()
                .map(limits -> notHandedOut(limits, bar, route))
                .orElseGet(() -> Optional.of("device " + bar.device()
                        + " is not attached to this address space, so nobody can export its BAR"));
    }

    private Optional<String> notHandedOut(DeviceLimits limits, Backing.DeviceBar bar, Route route) {
        Optional<BarExport> export = limits.bars().stream()
                .filter(known -> known.bar() == bar.bar())
                .findFirst();
        if (export.isEmpty()) {
            return Optional.of("device " + bar.device() + " has no such BAR");
        }
        if (export.get().route() != route) {
            return Optional.of("the kernel takes a BAR by %s, not by %s"
                    .formatted(export.get().route().symbol(), route.symbol()));
        }
        return export.get().areas().contains(bar.offset()) ? Optional.empty() : Optional.of(outside(export.get()));
    }

    private static String outside(BarExport export) {
        return export.obstacle().isEmpty()
                ? "the BAR ends at 0x%x".formatted(export.size())
                : export.obstacle();
    }
}
