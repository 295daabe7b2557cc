package org.pinion.shell.rules;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.pinion.api.IommuException;

/** Reads a configuration as ConfigurationAdmin would get it: from FileInstall's properties or a Configurator's JSON. */
public final class RulesFile {

    private RulesFile() {}

    /**
     * Reads a file.
     *
     * @param file the file: {@code *.json} is for a Configurator, all else for FileInstall
     * @param factoryPid the factory PID of the configuration
     * @return the properties of the one configuration in it
     * @throws IommuException if there is no such file, or not one configuration in it
     */
    public static Map<String, Object> read(Path file, String factoryPid) throws IommuException {
        try (Reader reader = Files.newBufferedReader(file)) {
            return file.toString().endsWith(".json") ? json(reader, file, factoryPid) : properties(reader);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file", e);
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(file, String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    private static IommuException unreadable(Path file, String why, Exception cause) {
        return new IommuException("read " + file, null, null, why, "", cause);
    }

    private static Map<String, Object> properties(Reader reader) throws IOException {
        Properties properties = new Properties();
        properties.load(reader);
        Map<String, Object> map = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }

    private static Map<String, Object> json(Reader reader, Path file, String factoryPid)
            throws IOException, IommuException {
        Map<String, Object> all = JSON.std.mapFrom(reader);
        List<String> pids = all.keySet().stream().filter(pid -> pid.startsWith(factoryPid + "~")).toList();
        if (pids.size() != 1 || !(all.get(pids.getFirst()) instanceof Map<?, ?> configuration)) {
            throw new IommuException(
                    "read " + file,
                    "it has %d configurations '%s~NAME'".formatted(pids.size(), factoryPid),
                    "give a file with one");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        // A key may carry the type of its value, as in rules:String[].
        configuration.forEach((key, value) -> map.put(key.toString().replaceFirst(":.*", ""), value));
        map.remove("");
        return map;
    }
}
