/**
 * Apache HttpClient 5 over Onehop: start at {@link dev.onehop.http.apache.OnehopConnectionManager}. Imports core and
 * HttpClient only.
 */
@NullMarked
package dev.onehop.http.apache;

import org.jspecify.annotations.NullMarked;
