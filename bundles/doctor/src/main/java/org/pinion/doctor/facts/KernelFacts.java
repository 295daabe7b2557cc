package org.pinion.doctor.facts;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel.
 *
 * @param type {@code native} or {@code emulated}
 * @param description which kernel it is, for people
 * @param release such as {@code 7.3.4}; empty if it does not say
 * @param config how it was built
 * @param commandLine what it was started with
 * @param parts what is there of what devices need
 * @param parameters parameters of modules by file
 */
public record KernelFacts(
        String type,
        String description,
        String release,
        KernelConfig config,
        String commandLine,
        Map<KernelPart, Presence> parts,
        Map<String, String> parameters) {

    private static final Pattern NUMBERS = Pattern.compile("^(\\d+)\\.(\\d+)");

    /** Copies the maps. */
    public KernelFacts {
        parts = Map.copyOf(parts);
        parameters = Map.copyOf(parameters);
    }

    /**
     * @param part a part
     * @return whether it is there
     */
    public Presence presence(KernelPart part) {
        return parts.getOrDefault(part, Presence.UNKNOWN);
    }

    /**
     * @param major a release's first number
     * @param minor its second number
     * @return whether this kernel is known to be older
     */
    public boolean olderThan(int major, int minor) {
        Matcher numbers = NUMBERS.matcher(release);
        if (!numbers.find()) {
            return false;
        }
        int[] own = {Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2))};
        return Arrays.compare(own, new int[] {major, minor}) < 0;
    }

    /** {@return the words of the command line that choose an IOMMU, such as {@code intel_iommu=on}} */
    public List<String> iommuWords() {
        return Arrays.stream(commandLine.split("\\s+")).filter(word -> word.contains("iommu")).toList();
    }
}
