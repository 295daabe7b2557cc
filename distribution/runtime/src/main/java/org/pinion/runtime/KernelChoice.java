package org.pinion.runtime;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which kernel the backends talk to.
 *
 * @param type {@code native} or {@code emulated}
 * @param emulation what is emulated, if it is not the machine's own
 * @param reason why this kernel, for people
 */
record KernelChoice(String type, Emulation emulation, String reason) {

    /** The device nodes of which a native kernel must have one. */
    static final List<Path> NATIVE_FILES = List.of(Path.of("/dev/iommu"), Path.of("/dev/vfio/vfio"));

    /** Has an entry for each of these nodes that a driver answers, of the node's name. */
    static final Path DRIVERS = Path.of("/sys/class/misc");

    /** The property that says which kernel it is. */
    static final String TYPE_PROPERTY = "org.pinion.kernel";

    /** What became of opening a node. */
    private enum Answer { OPENED, REFUSED, ABSENT }

    /**
     * A node that refuses this user makes the choice native, too: the backend then says what is missing. To emulate
     * a host in its place would answer a question that nobody asked.
     */
    static KernelChoice of(Emulation emulation, List<Path> nativeFiles, Path drivers) {
        if (emulation.asked()) {
            return emulated(emulation);
        }
        Map<Path, Answer> answers = new LinkedHashMap<>();
        nativeFiles.forEach(file -> answers.put(file, open(file, drivers)));
        return first(answers, Answer.OPENED)
                .map(Path::toString)
                .or(() -> first(answers, Answer.REFUSED).map(file -> file + ", which refuses this user"))
                .map(reason -> new KernelChoice("native", emulation, reason))
                .orElseGet(() -> new KernelChoice("emulated", emulation, noneOf(nativeFiles)));
    }

    /**
     * The kernel that an operator names by property {@value #TYPE_PROPERTY}, for a plugin whose devices need neither of
     * the nodes.
     */
    static KernelChoice named(String type, Emulation emulation) throws LaunchException {
        if (!type.equals("native") && !type.equals("emulated")) {
            throw LaunchException.usage(TYPE_PROPERTY + " is '" + type + "'; it can be native or emulated");
        }
        return new KernelChoice(type, emulation, TYPE_PROPERTY + "=" + type + " was given");
    }

    /** The kernel of the machine, whether or not it has what the backends need, unless another is asked for. */
    static KernelChoice ofTheMachine(Emulation emulation) {
        return emulation.asked()
                ? emulated(emulation)
                : new KernelChoice("native", emulation, "the machine itself is asked about");
    }

    /** The framework properties by which the bundles learn of the choice. */
    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(emulation.properties());
        properties.put(TYPE_PROPERTY, type);
        return properties;
    }

    private static KernelChoice emulated(Emulation emulation) {
        return new KernelChoice("emulated", emulation, emulation.reason());
    }

    private static Optional<Path> first(Map<Path, Answer> answers, Answer answer) {
        return answers.keySet().stream().filter(file -> answers.get(file) == answer).findFirst();
    }

    private static String noneOf(List<Path> files) {
        List<String> names = files.stream().map(Path::toString).toList();
        return "the shipped host, since the machine has neither " + String.join(" nor ", names);
    }

    // Opening tells more than the permissions do: a node may be there without a driver behind it, and a container may
    // keep its processes from a node that is open to everybody.
    private static Answer open(Path file, Path drivers) {
        try (FileChannel _ = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return Answer.OPENED;
        } catch (NoSuchFileException _) {
            return Answer.ABSENT;
        } catch (AccessDeniedException _) {
            return Answer.REFUSED;
        } catch (IOException _) {
            return Files.exists(drivers.resolve(file.getFileName())) ? Answer.REFUSED : Answer.ABSENT;
        }
    }
}
