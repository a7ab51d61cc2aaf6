/**
 * {@code java.net.http.HttpClient} over Onehop: start at {@link dev.onehop.http.jdk.OnehopHttpClient}. Imports core and
 * the JDK only.
 */
@NullMarked
package dev.onehop.http.jdk;

import org.jspecify.annotations.NullMarked;
