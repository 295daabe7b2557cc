package org.pinion.api;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Interrupts of one kind that an attached device may raise. They go with the device at the latest. Methods may be
 * called from any thread, several at a time.
 */
@ProviderType
public interface DeviceInterrupts extends AutoCloseable {

    /** {@return which kind} */
    InterruptKind kind();

    /** {@return how many they are} */
    int count();

    /**
     * Waits for an interrupt.
     *
     * @param number which of them, from 0
     * @param longest how long to wait at most, to the millisecond; zero does not wait
     * @return how often it came since it was asked about last, by whatever thread; 0 if the time has passed
     * @throws IommuException if the interrupts were closed or the device was detached, before or meanwhile, or the
     *     thread was interrupted
     * @throws IndexOutOfBoundsException if there is no such interrupt
     */
    long await(int number, Duration longest) throws IommuException;

    /**
     * Lets an interrupt come again that masked itself when it came; a driver calls it when the device has withdrawn
     * the cause.
     *
     * @param number which of them, from 0
     * @throws IommuException if they are of a kind that is not masked, or were closed
     * @throws IndexOutOfBoundsException if there is no such interrupt
     */
    void unmask(int number) throws IommuException;

    /**
     * Forbids the interrupts again. Closing twice does nothing.
     *
     * @throws IommuException if the kernel refuses; they are taken for closed all the same
     */
    @Override
    void close() throws IommuException;
}
