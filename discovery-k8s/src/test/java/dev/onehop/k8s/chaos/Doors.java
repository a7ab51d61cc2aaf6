package dev.onehop.k8s.chaos;

import dev.onehop.testing.LoopbackPod;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The pods' ports as callers use them, so that a pod can stop as a server does that loses nothing: it has accepted every
 * connect that the kernel has completed before it stops to listen. (A kernel resets those left in the queue, which a client
 * sees after its first byte only, and can do nothing about.)
 *
 * <p>Shared: safe from any thread.
 */
final class Doors {

    private final Map<InetSocketAddress, Door> doors = new ConcurrentHashMap<>();

    Socket dial(InetSocketAddress address, Duration timeout) throws IOException {
        Door door = door(address);
        door.lock.readLock().lock();
        var socket = new Socket();
        try {
            socket.connect(address, (int) Math.max(1, timeout.toMillis()));
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        } finally {
            door.lock.readLock().unlock();
        }
    }

    /** Refuses from now on, and answers what it has accepted; whatever was wrong with the pod stays so. */
    void stopGracefully(LoopbackPod pod) {
        Door door = door(pod.address());
        door.lock.writeLock().lock();
        try {
            pod.awaitAccepted();
            pod.refuse(); // what is open is answered: every request asks to close
        } finally {
            door.lock.writeLock().unlock();
        }
    }

    private Door door(InetSocketAddress address) {
        return doors.computeIfAbsent(address, key -> new Door());
    }

    private static final class Door {
        private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    }
}
