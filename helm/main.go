// Command helm renders a chart as `helm template` does, with helm's own packages, and without a cluster, a network
// or a file system: everything it needs comes in on stdin, and everything it found goes out on stdout.
//
// In: the request as one line of JSON, then the bytes of its files, one after the other. Out: the answer as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
)

// A collection less often than Go would: a rendering is over before most of its garbage matters.
const (
	gcPercent   = 400
	memoryLimit = 768 << 20
	// What a large chart takes. Growing bit by bit costs a tenth of its rendering.
	reserved = 96 << 20
)

var reserve []byte

func main() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	growAtOnce()
	request, err := readRequest(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer(request)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := out.Flush(); err != nil {
		os.Exit(1)
	}
}

// growAtOnce takes memory and gives it back to Go, not to the host.
func growAtOnce() {
	reserve = make([]byte, reserved)
	reserve = nil
	runtime.GC()
}

func readRequest(in io.Reader) (*Request, error) {
	reader := bufio.NewReaderSize(in, 1<<20)
	line, err := reader.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the request has no first line: %w", err)
	}
	request := &Request{}
	if err := json.Unmarshal(line, request); err != nil {
		return nil, fmt.Errorf("the request's first line: %w", err)
	}
	for _, list := range [][]*File{request.Files, request.Values} {
		for _, file := range list {
			file.data = make([]byte, file.Size)
			if _, err := io.ReadFull(reader, file.data); err != nil {
				return nil, fmt.Errorf("%s: %w", file.Name, err)
			}
		}
	}
	return request, nil
}
