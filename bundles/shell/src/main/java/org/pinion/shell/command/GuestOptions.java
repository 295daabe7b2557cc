package org.pinion.shell.command;

import java.nio.file.Path;
import org.pinion.api.DmaService;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Where the guest's flat view comes from: a capture of it, or a running QEMU. */
final class GuestOptions {

    private static final String MTREE = "MTREE";

    @Parameters(
            arity = "0..1",
            hideParamSyntax = true,
            paramLabel = MTREE,
            description = "The guest's memory: the output of QEMU's 'info mtree -f', with or without owners (-o).")
    private Path mtree;

    @Mixin
    private GuestSource source;

    FlatView read(DmaService dma, CommandLine command) throws IommuException {
        return source.read(dma, command, mtree, MTREE);
    }
}
