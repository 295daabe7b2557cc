package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * How an address space is to be opened.
 *
 * @param name its name, unique among the open spaces
 * @param backend which backend holds it, such as {@code iommufd}
 * @param policies the policies it requires; where they disagree, refuse beats skip beats map
 * @param lasting whether it is to outlive this process: whoever starts the process keeps its files, devices go on with
 *     their DMA while there is no process, and the next one goes on with it. Only memory files can be mapped then
 */
public record SpaceOptions(String name, String backend, List<String> policies, boolean lasting) {

    /**
     * The same on another backend.
     *
     * @param other which backend
     * @return the options
     */
    public SpaceOptions on(String other) {
        return new SpaceOptions(name, other, policies, lasting);
    }

    /**
     * Checks the options; sorts the policies and drops doubles.
     *
     * @throws IllegalArgumentException if the name is blank or no policy is given
     */
    public SpaceOptions {
        Objects.requireNonNull(backend, "backend");
        policies = policies.stream().distinct().sorted().toList();
        if (name.isBlank()) {
            throw new IllegalArgumentException("an address space needs a name");
        }
        if (policies.isEmpty()) {
            throw new IllegalArgumentException("address space '" + name + "' needs a policy");
        }
    }

    /**
     * A space that ends with this process.
     *
     * @param name its name, unique among the open spaces
     * @param backend which backend holds it
     * @param policies the policies it requires
     * @throws IllegalArgumentException if the name is blank or no policy is given
     */
    public SpaceOptions(String name, String backend, List<String> policies) {
        this(name, backend, policies, false);
    }
}
