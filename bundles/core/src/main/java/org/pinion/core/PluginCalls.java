package org.pinion.core;

import org.pinion.api.IommuException;
import org.pinion.core.plugin.Plugin;

/** Calls of backends and sources, whose every failure is an {@link IommuException} that names the bundle. */
final class PluginCalls {

    private PluginCalls() {}

    /** A call that answers something. */
    interface Call<T> {
        T run() throws IommuException;
    }

    static <T> T answer(String operation, Plugin plugin, Call<T> call) throws IommuException {
        T answer;
        try {
            answer = call.run();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError thrown) {
            throw failure(operation, plugin, "threw " + thrown, thrown);
        }
        if (answer == null) {
            throw failure(operation, plugin, "answered null", null);
        }
        return answer;
    }

    private static IommuException failure(String operation, Plugin plugin, String how, Throwable thrown) {
        return new IommuException(
                operation, null, null, plugin + " " + how, "update or stop bundle " + plugin.bundle(), thrown);
    }
}
