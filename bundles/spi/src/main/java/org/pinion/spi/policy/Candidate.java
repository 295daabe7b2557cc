package org.pinion.spi.policy;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.pinion.api.AddressRange;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.Trait;

/**
 * A part of a section about which every classifier says the same from its first address to its last.
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
     * @param devices addresses of the devices planned for, sorted
     */
    public record Planning(
            String backend, Set<Route> routes, String missingRoutes, long alignment, List<String> devices) {

        /** Checks that nothing is null and copies the collections. */
        public Planning {
            Objects.requireNonNull(backend, "backend");
            routes = Set.copyOf(routes);
            Objects.requireNonNull(missingRoutes, "missingRoutes");
            devices = List.copyOf(devices);
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
}
