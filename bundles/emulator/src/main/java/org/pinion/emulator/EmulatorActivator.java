package org.pinion.emulator;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import org.osgi.annotation.bundle.Header;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostFile;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.linux.Kernel;

/** Registers the emulated {@link Kernel} where the framework asks for it, and for nothing else. */
@Header(name = Constants.BUNDLE_ACTIVATOR, value = "${@class}")
public final class EmulatorActivator implements BundleActivator {

    private static final String KERNEL_PROPERTY = "org.pinion.kernel";
    private static final String HOST_PROPERTY = "org.pinion.emulator.host";
    private static final String RELEASE_PROPERTY = "org.pinion.emulator.interface";

    /** For the framework. */
    public EmulatorActivator() {}

    @Override
    public void start(BundleContext context) throws IOException {
        if (!Kernel.EMULATED.equals(context.getProperty(KERNEL_PROPERTY))) {
            return;
        }
        EmulatedKernel kernel = EmulatedKernel.of(
                host(context.getProperty(HOST_PROPERTY), release(context.getProperty(RELEASE_PROPERTY))));
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(Kernel.TYPE_PROPERTY, Kernel.EMULATED);
        context.registerService(Kernel.class, kernel, properties);
    }

    private static Optional<KernelRelease> release(String name) throws IOException {
        if (name == null || name.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(KernelRelease.named(name).orElseThrow(() -> new IOException(
                "Linux %s is not emulated; there are %s".formatted(name, KernelRelease.names()))));
    }

    private static Host host(String file, Optional<KernelRelease> playing) throws IOException {
        return file == null || file.isBlank()
                ? HostFile.lab(playing)
                : HostFile.read(file, text(file), playing);
    }

    private static String text(String file) throws IOException {
        try {
            return Files.readString(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new IOException("%s: no such file; %s must name a host file".formatted(file, HOST_PROPERTY), e);
        } catch (MalformedInputException e) {
            throw new IOException("%s: not UTF-8; %s must name a host file".formatted(file, HOST_PROPERTY), e);
        }
    }

    /** Does nothing: as with a real kernel, what is open stays so until whoever opened it closes it. */
    @Override
    public void stop(BundleContext context) {}
}
