package org.pinion.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.linux.Errno;

/** What is made up gets as far as it is meant to: an answer that no request ever leads to is compared with nothing. */
class ReachTest {

    private static final int SCRIPTS = 300;

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("7.3 none", List.of("MOCK_DMABUF_GET 0", "MOCK_DMABUF_GET EINVAL",
                        "MOCK_DMABUF_REVOKE 0", "MOCK_DMABUF_REVOKE EINVAL", "MOCK_DMABUF_REVOKE EBADF",
                        "MAP_BUFFER 0", "MAP_BUFFER EINVAL", "MAP_BUFFER ENODEV", "NEXT_IOMMUFD ENOTTY",
                        "MOCK_NEXT EOPNOTSUPP")),
                Arguments.of("7.3 none limited", List.of("IOAS_MAP ENOMEM", "IOAS_MAP_FILE ENOMEM", "OPTION EPERM")),
                Arguments.of("7.3 none choosing", List.of("IOAS_MAP ENOMEM", "OPTION 0", "OPTION EBUSY")),
                Arguments.of("7.3 intel limited", List.of("MAP_DMA ENOSPC", "MAP_DMA ENOMEM", "OPTION EPERM")),
                Arguments.of("7.3 intel", List.of("TOGETHER DEVICE_BIND 0", "TOGETHER DEVICE_ATTACH 0",
                        "TOGETHER DEVICE_ATTACH EINVAL", "TOGETHER GROUP_SET_CONTAINER 0")));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void theseAnswersAreCompared(String text, List<String> wanted) throws IOException {
        Machine machine = Machine.parse(text);
        TreeMap<String, Integer> reached = new TreeMap<>();
        try (Duel duel = new Duel(machine.emulated(), machine::emulated)) {
            for (long seed = 0; seed < SCRIPTS; seed++) {
                run(new Generator(machine, seed), duel, reached);
                duel.freshen();
            }
        }
        assertThat(reached).containsKeys(wanted.toArray(String[]::new));
    }

    private static void run(Generator generator, Duel duel, TreeMap<String, Integer> reached) {
        for (Operation next = generator.next(); next != null; next = generator.next()) {
            Answer answer = duel.step(next).reference();
            for (String asked : asked(next, generator.world())) {
                reached.merge(asked + " " + (answer.result() < 0 ? Errno.of((int) -answer.result()) : "0"), 1,
                        Integer::sum);
            }
            generator.world().learn(next, answer);
        }
    }

    /** The request, and what is special about it. */
    private static List<String> asked(Operation operation, World world) {
        List<String> asked = new ArrayList<>();
        if (operation instanceof Operation.Ioctl ioctl) {
            asked.add(ioctl.request().toString());
            Value fd = ioctl.values().get("fd");
            boolean file = fd != null && fd.base() == Value.Base.FILE && world.file(fd.index()) != null;
            if (file && world.file(fd.index()).kind() == OpenedFile.Kind.BUFFER) {
                asked.add("MAP_BUFFER");
            }
            if (Machine.TOGETHER.contains(world.file(ioctl.file()).device())) {
                asked.add("TOGETHER " + ioctl.request());
            }
        }
        return asked;
    }
}
