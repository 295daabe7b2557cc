package org.pinion.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps open files while there is no process: whoever starts the process holds them, and gives them to the next one. An
 * OSGi service; what it speaks is systemd's protocol (sd_notify(3), {@code FDSTORE=1}; sd_listen_fds(3)). Methods may
 * be called from any thread.
 */
@ProviderType
public interface DescriptorStore {

    /**
     * A file that is kept.
     *
     * @param name its name
     * @param fd its descriptor in this process
     */
    record StoredFile(String name, int fd) {}

    /**
     * What tells a file from others.
     *
     * @param device the number of its file system
     * @param inode its number there
     * @param size bytes
     */
    record FileIdentity(long device, long inode, long size) {}

    /** {@return why nothing is kept, a sentence; empty if files are} */
    Optional<String> obstacle();

    /** {@return how many files are kept at most} */
    int capacity();

    /**
     * The files that were kept for this process when it was started. Who asks first in a process gets them; they belong
     * to it.
     *
     * @return the files, in the order in which the process got them: systemd gives those first that it was given last
     */
    List<StoredFile> inherited();

    /**
     * The files that are kept now, as far as this process knows: what it was given and what it has had kept, without
     * what was removed. Who keeps files tells nobody what it has.
     *
     * @return each name with the descriptor that it was stored by, which may be closed since
     */
    List<StoredFile> stored();

    /**
     * Keeps a file, which stays open here. One open file is kept once, under the name that it is given first.
     *
     * @param name its name, made by {@link #name}
     * @param fd the file
     * @throws ErrnoException if the request cannot be made
     */
    void store(String name, int fd) throws ErrnoException;

    /**
     * Keeps a memory file under a name of its own, whatever names it has already.
     *
     * @param name its name, made by {@link #name}
     * @param fd the file, which this process may read and write
     * @throws ErrnoException if the file cannot be opened once more, or the request cannot be made
     */
    void storeMemory(String name, int fd) throws ErrnoException;

    /**
     * Keeps the files of a name no longer.
     *
     * @param name the name
     * @throws ErrnoException if the request cannot be made
     */
    void remove(String name) throws ErrnoException;

    /**
     * Waits until every request made before has been carried out.
     *
     * @throws ErrnoException {@code ETIMEDOUT} if that takes too long
     */
    void settle() throws ErrnoException;

    /**
     * What tells an open file from others.
     *
     * @param fd the file
     * @return what does
     * @throws IOException if it is not open
     */
    FileIdentity identity(int fd) throws IOException;

    /**
     * Makes a name of words, such that other words make another name: letters, digits and {@code -_} stay as they are.
     *
     * @param words the words, of any characters
     * @return the name, words separated by dots
     */
    static String name(String... words) {
        StringBuilder name = new StringBuilder();
        for (String word : words) {
            name.append(name.isEmpty() ? "" : ".");
            for (byte character : word.getBytes(StandardCharsets.UTF_8)) {
                boolean plain = isLetterOrDigit(character) || character == '-' || character == '_';
                name.append(plain ? String.valueOf((char) character) : "%%%02x".formatted(character));
            }
        }
        return name.toString();
    }

    private static boolean isLetterOrDigit(byte character) {
        return character >= 'a' && character <= 'z' || character >= 'A' && character <= 'Z'
                || character >= '0' && character <= '9';
    }
}
