package dev.onehop.service;

/** Transport protocol of a Service port. Kubernetes defaults an absent protocol to {@link #TCP} (R6, R12). */
public enum Protocol {
    TCP,
    UDP,
    SCTP
}
