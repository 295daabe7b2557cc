package org.pinion.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.linux.notify.DescriptorKeeper;

/** {@code pinion keep}: starts {@code pinion run}, and again with the files that it has stored when it was killed. */
final class Keep {

    /** The command by which the runtime is started, which only the script that has started this process knows. */
    static final String COMMAND_VARIABLE = "PINION_COMMAND";

    private static final String USAGE = """
            Usage: pinion keep [OPTION OF RUN...]
            Starts 'pinion run' and keeps the files of address spaces that are to outlive it ('open NAME iommufd
            strict --lasting' at its console): when it is killed, devices go on with their DMA, and it is started again
            and goes on with the spaces. It does what systemd does for a service with FileDescriptorStoreMax=.
            It ends when 'pinion run' ends by itself, with the same exit code.""";

    /** Runs the command until it ends by itself; says its exit code. */
    int run(List<String> arguments) throws IOException, LaunchException {
        if (!arguments.isEmpty() && List.of("--help", "-h").contains(arguments.getFirst())) {
            System.out.println(USAGE);
            return 0;
        }
        Optional<String> obstacle = NativeKernel.obstacle();
        if (obstacle.isPresent()) {
            throw LaunchException.failed("nothing can be kept: " + obstacle.get());
        }
        List<String> command = new ArrayList<>(List.of(command(), "run"));
        command.addAll(arguments);
        Path directory = Files.createTempDirectory("pinion-keep");
        Path socket = directory.resolve("notify");
        NativeKernel kernel = new NativeKernel();
        try (DescriptorKeeper keeper = new DescriptorKeeper(kernel, socket)) {
            return new RestartedProcess(kernel, keeper, command).run();
        } catch (ErrnoException refused) {
            throw LaunchException.failed("files cannot be kept: " + refused.getMessage());
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }

    private static String command() throws LaunchException {
        String command = System.getenv(COMMAND_VARIABLE);
        if (command == null) {
            throw LaunchException.usage(COMMAND_VARIABLE + " does not name the command; use bin/pinion keep");
        }
        return command;
    }
}
